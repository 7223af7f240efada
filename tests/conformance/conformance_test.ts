/** Checks that kro's results for the corpus of test cases equal upstream's. */
import { testArea } from "./testing.ts";

await testArea("schema", 730);
await testArea("compare", 640);
await testArea("cel", 5620);
await testArea("graph", 1330);
