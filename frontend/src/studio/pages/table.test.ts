import { describe, expect, it } from "vitest";
import { linesOf, plotOf, readTable } from "./table";

describe("a table", () => {
  it("has names from its first row when that is no data", () => {
    expect(readTable("x,y\n1,2\n3,4\n")).toEqual({
      columns: ["x", "y"],
      hasHeader: true,
      rows: [
        ["1", "2"],
        ["3", "4"],
      ],
      problems: [],
    });
  });

  it("numbers the columns of readings without names", () => {
    const table = readTable("0.1,0.2,9.8\n0.3,0.1,9.7");
    expect(table.hasHeader).toBe(false);
    expect(table.columns).toEqual(["1", "2", "3"]);
    expect(table.rows).toHaveLength(2);
  });

  it("reads quotes, line breaks in them, and semicolons", () => {
    expect(readTable('name;say\n"a;b";"two\nlines"').rows).toEqual([["a;b", "two\nlines"]]);
  });

  it("says which row is uneven and which quote stays open", () => {
    expect(readTable("x,y\n1,2\n3\n").problems).toEqual(["Row 3 has 1 value, others have 2."]);
    expect(readTable('x,y\n1,"2\n').problems[0]).toContain("a quote is not closed");
  });

  it("is empty for nothing", () => {
    expect(readTable("\n\n").columns).toEqual([]);
  });

  it("draws the columns of numbers, with gaps", () => {
    const rows = Array.from({ length: 20 }, (_, index) => `${index},${index === 3 ? "" : index / 2},word`);
    const lines = linesOf(readTable(`t,a,b\n${rows.join("\n")}`));
    expect(lines.map((line) => line.name)).toEqual(["t", "a"]);
    expect(lines[1]?.values[3]).toBeNull();
  });

  it("draws over a first column that only grows, and over the rows otherwise", () => {
    const plotNames = (text: string) => {
      const { over, lines } = plotOf(readTable(text));
      return [over?.name ?? null, lines.map(({ name }) => name)];
    };
    expect(plotNames("epoch,loss\n1,0.5\n2,0.4\n3,0.4")).toEqual(["epoch", ["loss"]]);
    expect(plotNames("x,y\n1,0.5\n1,0.4\n3,0.4")).toEqual([null, ["x", "y"]]);
    expect(plotNames("1,0.5\n2,0.4\n3,0.4")).toEqual([null, ["1", "2"]]);
    expect(plotNames("epoch\n1\n2")).toEqual([null, ["epoch"]]);
  });
});
