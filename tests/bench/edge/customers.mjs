// Good customers of whatever model was built, made from its published schema.

/** `count` different JSON bodies: each number spread around the schema's example of it, words in turn. */
export function customers(schema, count) {
  const fields = Object.entries(schema.properties);
  return Array.from({ length: count }, (_, at) =>
    JSON.stringify(Object.fromEntries(fields.map(([name, field]) => [name, varied(field, at)]))),
  );
}

function varied(field, turn) {
  const words = field.enum?.filter((word) => word !== null) ?? field.examples ?? [];
  const word = words[turn % words.length];
  if (typeof word !== "number") return word;
  const { minimum = -Infinity, maximum = Infinity } = field;
  const spread = word * 0.5 + (Math.abs(word) + 1) * (turn / 1000);
  // Two decimals, as amounts have; whole numbers stay whole.
  const number = Number.isInteger(word) ? Math.round(word * 0.5) + turn : Number(spread.toFixed(2));
  return Math.min(Math.max(number, minimum), maximum);
}
