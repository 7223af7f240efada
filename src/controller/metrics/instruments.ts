/** Counters, histograms and gauges of one registry, and the removal of series. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Upstream's buckets of durations, in seconds. */
const LATENCY = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 25, 30, 45, 60, 120];

/** The value of one series that is read at each scrape. */
export interface Reading {
  /** The labels of the series. */
  labels: Record<string, string>;
  /** Its value. */
  value: number;
}

/** Creates metrics in a registry of its own, and removes series whose subject was deleted. */
export class Instruments {
  readonly #registry = new Registry();
  readonly #counted: (Counter | Histogram)[] = [];

  /** Registers a counter. */
  counter(name: string, help: string, labelNames: string[] = []): Counter {
    const counter = new Counter({ name, help, labelNames, registers: [this.#registry] });
    this.#counted.push(counter);
    return counter;
  }

  /** Registers a counter whose values `read` returns at each scrape. */
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

  /** Registers a histogram; `buckets` are upper bounds, those of durations by default. */
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

  /** Registers a gauge without labels, whose value `read` returns at each scrape. */
  gauge(name: string, help: string, read: () => number): void {
    this.gauges(name, help, [], () => [{ labels: {}, value: read() }]);
  }

  /** As {@link gauge}, with one series for each reading. Series without a reading are removed. */
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

  /** Removes all series of counters and histograms whose label has one of these values. */
  async forget(label: string, values: readonly string[]): Promise<void> {
    for (const metric of this.#counted) {
      for (const { labels } of (await metric.get()).values) {
        const { le: _, ...own } = labels as Record<string, string>;
        if (values.includes(String(own[label]))) metric.remove(own);
      }
    }
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
