import type { Attributes, TracerProvider } from '@opentelemetry/api'
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  MeterProvider,
  MetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { openTelemetry } from '../../src/opentelemetry/index.ts'
import type { Telemetry } from '../../src/ports/telemetry.ts'

/** What one instrument has measured for one set of attributes. Counters have a sum and no count. */
export interface Measured {
  readonly attributes: Attributes
  readonly sum: number
  readonly count?: number
}

class Reader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/** OpenTelemetry's own SDK, collecting into memory. */
export class Collector {
  readonly #reader = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE })
  readonly #exporter = new InMemorySpanExporter()
  readonly meterProvider = new MeterProvider({ readers: [this.#reader] })
  readonly tracerProvider: TracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(this.#exporter)],
  })

  /** As the option of `open`. */
  telemetry(providers?: readonly string[]): Telemetry {
    const { meterProvider, tracerProvider } = this
    return openTelemetry({ meterProvider, tracerProvider, providers })
  }

  get spans(): readonly ReadableSpan[] {
    return this.#exporter.getFinishedSpans()
  }

  /** Everything that an exporter would send now. */
  async metrics(): Promise<ResourceMetrics> {
    const { resourceMetrics, errors } = await this.#reader.collect()
    if (errors.length > 0) throw new AggregateError(errors, 'the collection failed')
    return resourceMetrics
  }

  /** What an instrument has measured so far; empty: nothing, or there is none of this name. */
  async measured(name: string): Promise<readonly Measured[]> {
    const { scopeMetrics } = await this.metrics()
    return scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap(metric =>
        metric.dataPointType === DataPointType.HISTOGRAM
          ? (metric.dataPoints as DataPoint<Histogram>[]).map(({ attributes, value }) => ({
              attributes,
              sum: value.sum ?? Number.NaN,
              count: value.count,
            }))
          : (metric.dataPoints as DataPoint<number>[]).map(({ attributes, value }) => ({
              attributes,
              sum: value,
            })),
      )
  }
}
