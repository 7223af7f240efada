/** Evaluations beside upstream's, as `deno task bench:cel` measures them. */

/** What that task writes of an expression, in nanoseconds. */
interface Row {
  name: string;
  upstream: number;
  pass: number;
}

/** Eight that RGDs are full of. */
const SHOWN = [
  "nested field",
  "exists over conditions",
  "filter and map over ten",
  "quantity of a field",
  "string template",
  "optional chain",
  "conditional",
  "list of maps",
];

/** Microseconds on both sides, with the conversion from and to JSON on ours. */
export async function cel(): Promise<{ measure: string; ours: number; upstream: number }[]> {
  const json = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const file = new URL("../cel.ts", import.meta.url).pathname;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", file, "--json", json],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const rows = JSON.parse(await Deno.readTextFile(json)) as Row[];
    return rows.filter(({ name }) => SHOWN.includes(name))
      .map(({ name, upstream, pass }) => ({
        measure: name,
        ours: pass / 1000,
        upstream: upstream / 1000,
      }));
  } finally {
    await Deno.remove(json);
  }
}
