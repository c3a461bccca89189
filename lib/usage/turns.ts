const last = new Map<string, Promise<unknown>>();

/**
 * Does things of one name one after the other in this process, and of different names at once. The ledger takes one
 * operation of an account at a time anyway; waiting here, many of them hold no connection that others need.
 * @throws what `act` throws
 */
export async function inTurn<T>(name: string, act: () => Promise<T>): Promise<T> {
  const before = last.get(name);
  const turn = (async () => {
    await before?.catch(() => undefined);
    return act();
  })();
  last.set(name, turn);
  try {
    return await turn;
  } finally {
    if (last.get(name) === turn) last.delete(name);
  }
}
