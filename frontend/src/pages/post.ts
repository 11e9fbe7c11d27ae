// Sends JSON to the API as the page's person.

/** Returns the answer, or the sentence of a refusal. With `keepalive` it is sent also while the page ends. */
export async function post<T>(url: string, body: object, keepalive = false): Promise<T | string> {
  const token = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const response = await fetch(url, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
    keepalive,
  }).catch(() => null);
  if (response === null) return "The server cannot be reached. Nothing was changed.";
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  const isProblem = typeof answer === "object" && answer !== null && "detail" in answer;
  return isProblem && typeof answer.detail === "string" ? answer.detail : "The server refused the change.";
}
