/** Counters, histograms and gauges of one registry, and how series go again. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Buckets of durations, as upstream has them. */
const LATENCY = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 25, 30, 45, 60, 120];

/** One series of a gauge that is read when somebody asks. */
export interface Reading {
  /** Labels. */
  labels: Record<string, string>;
  /** Value. */
  value: number;
}

/** See the file's first line. */
export class Instruments {
  readonly #registry = new Registry();
  readonly #counted: (Counter | Histogram)[] = [];

  /** Counts up. */
  counter(name: string, help: string, labelNames: string[] = []): Counter {
    const counter = new Counter({ name, help, labelNames, registers: [this.#registry] });
    this.#counted.push(counter);
    return counter;
  }

  /** Counts up elsewhere: read when the metrics are. */
  total(name: string, help: string, labelNames: string[], read: () => Reading[]): void {
    const registers = [this.#registry];
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const { labels, value } of read()) this.inc(labels, value);
      },
    });
  }

  /** Sorts observations into buckets. */
  histogram(
    name: string,
    help: string,
    labelNames: string[] = [],
    buckets: number[] = LATENCY,
  ): Histogram {
    const registers = [this.#registry];
    const histogram = new Histogram({ name, help, labelNames, buckets, registers });
    this.#counted.push(histogram);
    return histogram;
  }

  /** Goes up and down: read when the metrics are. */
  gauge(name: string, help: string, read: () => number): void {
    this.gauges(name, help, [], () => [{ labels: {}, value: read() }]);
  }

  /** As {@link gauge}, with a series for each reading; those that were there before are gone. */
  gauges(name: string, help: string, labelNames: string[], read: () => Reading[]): void {
    const registers = [this.#registry];
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const { labels, value } of read()) this.set(labels, value);
      },
    });
  }

  /** Drops all series whose label has one of these values, so that what is gone leaves nothing. */
  async forget(label: string, values: readonly string[]): Promise<void> {
    for (const metric of this.#counted) {
      for (const { labels } of (await metric.get()).values) {
        const { le: _, ...own } = labels as Record<string, string>;
        if (values.includes(String(own[label]))) metric.remove(own);
      }
    }
  }

  /** All of it in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
