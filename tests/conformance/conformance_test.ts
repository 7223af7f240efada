/** Tests that kro answers the corpus as upstream does. */
import { testArea } from "./testing.ts";

await testArea("schema", 730);
await testArea("compare", 640);
await testArea("cel", 5620);
await testArea("graph", 1330);
