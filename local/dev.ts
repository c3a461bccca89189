import { startNext } from "./next.ts";
import { run, supervise } from "./supervise.ts";

run(() => supervise("npm run dev", startNext));
