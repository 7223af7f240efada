/**
 * A program that fills the JavaScript heap, and checks the heap whenever it has allocated one more array. An
 * array occupies at most 3 MiB, and the limit of the heap is 40 MiB. The program's argument is the number of
 * arrays that are reachable at the same time. The program ends with code 1 when kro's `HeapGuard` finds the
 * heap full. Otherwise the program prints the peak of the heap and V8's own limit, in bytes.
 */
import { getHeapStatistics } from "node:v8";
import { HeapGuard, heapLimit, heapLimits } from "../../src/controller/heap.ts";

const limits = heapLimits();
const limit = heapLimit({ ...limits, flags: "--max-old-space-size=40" });
const guard = new HeapGuard(limit, () => {
  console.log("full");
  Deno.exit(1);
});
const reachable: unknown[] = [];
let peak = 0;
for (let i = 0; i < 40; i++) {
  reachable.push(Array.from({ length: 2 ** 15 }, (_, value) => [value]));
  if (reachable.length > Number(Deno.args[0])) reachable.shift();
  peak = Math.max(peak, getHeapStatistics().used_heap_size);
  guard.check();
}
console.log(JSON.stringify({ peak, v8: limits.v8 }));
