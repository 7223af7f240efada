/** The entry point of kro: runs the command that the program's arguments name. */
import { enableConfinement, freezePrototypes, main } from "./src/cli/mod.ts";

freezePrototypes();
enableConfinement();
Deno.exit(await main(Deno.args));
