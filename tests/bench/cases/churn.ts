import { freePorts } from "../../support/controlplane/api.ts";
import type { Case } from "../kit/case.ts";
import { core, instanceKind, NAMESPACE, rgd } from "../kit/graphs.ts";
import { heapOf } from "../kit/inspector.ts";
import { BY, pause, publish } from "../kit/user.ts";

const MIB = 1024 * 1024;
const CONFIG_MAP = core("ConfigMap", "configmaps");

/**
 * Numbers of instances. The case creates `all` instances in total, each with another name. It measures the
 * heap after `first` instances and after all instances. At most `batch` instances exist at the same time.
 */
const NAMES = { all: 20_000, first: 2_000, batch: 500 };

/** The factor by which kro's heap may grow between the first and the last measurement. */
const FACTOR = 1.2;

/**
 * Measures the used JavaScript heap of kro while many instances are created and deleted. Fails when the heap
 * grows by more than the factor {@link FACTOR}, which means that kro keeps data of deleted instances.
 */
export const churn: Case = {
  name: "churn",
  about:
    `The JavaScript heap of kro after garbage collection, after ${NAMES.first} and after ${NAMES.all} instances ` +
    "with different names were created and deleted.",
  column: "ours",
  async run(harness) {
    const { client } = harness;
    await client.create(CONFIG_MAP, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "churn-shared", namespace: NAMESPACE },
      data: { key: "value" },
    }, BY);
    const metadata = { name: "${schema.metadata.name}" };
    const data = { key: "${shared.data.key}" };
    await publish(
      client,
      rgd("Churn", { spec: { value: "string" } }, [
        { id: "map", template: { apiVersion: "v1", kind: "ConfigMap", metadata, data } },
        {
          id: "shared",
          externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "churn-shared" } },
        },
      ]),
    );
    const [inspect] = freePorts(1) as [number];
    await harness.restart({ inspect });
    const kind = instanceKind("Churn");
    const replace = async (from: number, to: number) => {
      for (let first = from; first < to; first += NAMES.batch) {
        const names = Array.from({ length: NAMES.batch }, (_, i) => `churn-${first + i}`);
        await harness.create(names, kind);
        await harness.remove(names, kind);
      }
      await harness.untilQuiet();
      let least = Infinity;
      for (let i = 0; i < 5; i++) {
        await pause(2);
        least = Math.min(least, (await heapOf(inspect)).used / MIB);
      }
      return least;
    };
    const before = await replace(0, NAMES.first);
    const after = await replace(NAMES.first, NAMES.all);
    await harness.restart();
    if (after > FACTOR * before) {
      throw new Error(`the heap grew from ${before.toFixed(1)} MiB to ${after.toFixed(1)} MiB`);
    }
    return [
      { measure: `heap after ${NAMES.first} names`, unit: "MiB", value: before },
      { measure: `heap after ${NAMES.all} names`, unit: "MiB", value: after },
    ];
  },
};
