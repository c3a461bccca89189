/**
 * Does something for each item, one after the other. One that fails does not keep the others from their turn.
 * @throws AggregateError at the end, saying how many failed and why the first did
 */
export async function workThrough<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const failed: unknown[] = [];
  for (const item of items) await work(item).catch((error: unknown) => failed.push(error));
  if (failed.length === 0) return;
  const [first] = failed;
  const reason = first instanceof Error ? first.message : String(first);
  throw new AggregateError(failed, `${failed.length} of ${items.length} failed, the first with: ${reason}`);
}
