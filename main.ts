/** The entry point of kro: runs the command that the program's arguments name. */
import { freezePrototypes, main } from "./src/cli/mod.ts";

freezePrototypes();
Deno.exit(await main(Deno.args));
