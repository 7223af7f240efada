/** kro: argv to a command. */
import { main } from "./src/cli/mod.ts";

Deno.exit(await main(Deno.args));
