/** The entry point of kro: runs the command that the program's arguments name. */
import { main } from "./src/cli/mod.ts";

Deno.exit(await main(Deno.args));
