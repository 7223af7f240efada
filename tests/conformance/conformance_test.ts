/** Checks that kro's results for the test cases in the folder `corpus` equal upstream's recorded results. */
import { testArea } from "./testing.ts";

await testArea("schema", 730);
await testArea("compare", 640);
await testArea("cel", 5620);
await testArea("graph", 1330);
