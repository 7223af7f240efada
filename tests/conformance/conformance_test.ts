/** SimpleSchema, changes of it, expressions and whole RGDs are understood as upstream understands them. */
import { testArea } from "./testing.ts";

await testArea("schema", 730);
await testArea("compare", 640);
await testArea("cel", 5620);
await testArea("graph", 1330);
