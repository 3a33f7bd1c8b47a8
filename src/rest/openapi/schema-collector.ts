import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/** Schemas in the words of JSON Schema 2020-12, which are those of OpenAPI 3.1; named ones in one place. */
export interface SchemaCollector {
  /** `input` is what a client sends, `output` what it gets. */
  toJson(schema: z.ZodType, direction: 'input' | 'output'): JsonSchema;
  /** For `components.schemas`: those with an id (`.meta({ id })`) that were met. */
  readonly named: Readonly<Record<string, JsonSchema>>;
}

export function createSchemaCollector(): SchemaCollector {
  const named: Record<string, JsonSchema> = {};
  return {
    named,
    toJson(schema, direction) {
      const { $schema: _, ...whole } = z.toJSONSchema(schema, {
        io: direction,
        unrepresentable: 'any',
        override({ jsonSchema }) {
          // The format says it, and shorter.
          if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
          // A later version may answer more than this one.
          if (direction === 'output' && jsonSchema.additionalProperties === false) {
            delete jsonSchema.additionalProperties;
          }
        },
      });
      // What is sent may differ from what is answered (defaults, strictness) though it has the same id.
      const nameOf = (id: string) => (direction === 'input' ? `${id}Input` : id);
      const { $defs = {}, ...json } = moveReferences(whole, nameOf);
      for (const [id, definition] of Object.entries($defs as Record<string, JsonSchema>))
        named[nameOf(id)] = definition;
      return json;
    },
  };
}

function moveReferences(schema: JsonSchema, nameOf: (id: string) => string): JsonSchema {
  const text = JSON.stringify(schema, (key, value) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#/$defs/')
      ? `#/components/schemas/${nameOf(value.slice('#/$defs/'.length))}`
      : value,
  );
  return JSON.parse(text);
}
