/** Refuses to start with half a configuration, or with prices that make no sense. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const [{ checkEnv }, { assertCatalogue }] = await Promise.all([import("@/lib/env"), import("@/lib/billing/check")]);
  checkEnv();
  assertCatalogue();
}
