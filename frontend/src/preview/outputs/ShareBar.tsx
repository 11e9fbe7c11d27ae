// The bar of a probability: 91 % fills 91 % of it. A number of which no range is known has none.
export function ShareBar({ share }: { readonly share: number | null }) {
  return (
    <dd className={share === null ? undefined : "meter"} aria-hidden="true">
      {share !== null && <i style={{ width: `${100 * share}%` }} />}
    </dd>
  );
}
