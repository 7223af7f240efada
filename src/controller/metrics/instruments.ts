/**
 * Creates the counters, histograms and gauges of one Prometheus registry, and removes the series of deleted
 * kinds and RGDs.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** The histogram buckets of durations in seconds, which are the same as in upstream kro. */
const LATENCY = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 25, 30, 45, 60, 120];

/** One series of a metric, with the value that is read at each scrape. */
export interface Reading {
  /** The labels that identify the series. */
  labels: Record<string, string>;
  /** The present value of the series. */
  value: number;
}

/**
 * Creates metrics in a Prometheus registry of its own. Also removes the series of kinds and RGDs that were
 * deleted.
 */
export class Instruments {
  readonly #registry = new Registry();
  readonly #counted: (Counter | Histogram)[] = [];

  /** Registers a counter and returns it. */
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

  /**
   * Registers a histogram and returns it.
   *
   * @param buckets The upper bounds of the buckets; by default, the bounds for durations in seconds.
   */
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

  /** Registers a gauge without labels. `read` returns the value of the gauge at each scrape. */
  gauge(name: string, help: string, read: () => number): void {
    this.gauges(name, help, [], () => [{ labels: {}, value: read() }]);
  }

  /**
   * Registers a gauge. At each scrape, each reading that `read` returns becomes one series, and all earlier
   * series of the gauge are removed.
   */
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

  /** Removes all series of counters and histograms in which the label has one of the given values. */
  async forget(label: string, values: readonly string[]): Promise<void> {
    for (const metric of this.#counted) {
      for (const { labels } of (await metric.get()).values) {
        const { le: _, ...own } = labels as Record<string, string>;
        if (values.includes(String(own[label]))) metric.remove(own);
      }
    }
  }

  /** Returns all metrics in the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
