const ATTEMPTS = 5;
const FIRST_PAUSE_MILLISECONDS = 100;

/**
 * Does something that may be done twice, again after a growing pause while it throws.
 * @throws what the last attempt threw
 */
export async function retry<T>(act: () => Promise<T>, attempts = ATTEMPTS): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt >= attempts) throw error;
      const pause = FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
