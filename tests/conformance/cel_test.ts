/** Expressions mean what they mean to upstream. */
import { testArea } from "./testing.ts";

await testArea("cel", 5150);
