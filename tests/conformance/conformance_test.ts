/** SimpleSchema and whole RGDs are understood as upstream understands them. */
import { testArea } from "./testing.ts";

await testArea("schema", 730);
await testArea("graph", 1190);
