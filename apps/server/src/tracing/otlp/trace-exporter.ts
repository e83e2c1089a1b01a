import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import {
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { traceRequestOf } from './trace-request.ts';

/** Sends spans by OTLP over HTTP (Protocol Buffers), with the library's transport and retries. */
export class TraceExporter extends OTLPExporterBase<ReadableSpan[]> {
  constructor(options: { readonly url: string; readonly timeoutMillis: number }) {
    const http = convertLegacyHttpOptions(options, 'TRACES', 'v1/traces', {
      'Content-Type': 'application/x-protobuf',
    });
    const serializer = {
      serializeRequest: traceRequestOf,
      deserializeResponse: (bytes: Uint8Array) =>
        ProtobufTraceSerializer.deserializeResponse(bytes),
    };
    super(
      createOtlpHttpExportDelegate(
        http,
        serializer,
        'otlp_http_span_exporter',
        TraceExporterMetricsHelper,
        undefined,
      ),
    );
  }
}
