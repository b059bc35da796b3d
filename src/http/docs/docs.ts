// /doc and /doc/json: OpenAPI 3.1, made from the schemas that stand beside the handlers.
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { finishDocument, type Document } from './finish.ts'
import { ourParts } from './swagger-parts.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** By content type: a body that the route reads by itself, so this schema is only for /doc. */
    documentedBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  }
}

const TAGS = [
  { name: 'Webhook', description: 'Where Mandrill sends its events' },
  { name: 'Events', description: 'The history of events' },
  { name: 'Mailing list', description: 'Subscribers, import and export, suppressions' },
  { name: 'Campaigns', description: 'From the draft to the last delivery' },
  { name: 'Links in mails', description: 'The pages behind the links that subscribers click' },
  { name: 'Access', description: 'Sessions of the page, tickets of sockets' },
  { name: 'Operations', description: 'Health, metrics, set-up and quarantine' },
]

const SECURITY = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'mail_event_hub_session',
    description: 'Set by POST /api/session',
  },
  mandrill_signature: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Mandrill-Signature',
    description: 'base64(HMAC-SHA1(key, URL + each form field, sorted by name, name then value))',
  },
  // The last one is where Swagger's Authorize dialog puts the caret.
  token: {
    type: 'http',
    scheme: 'bearer',
    description: '`Authorization: Bearer TOKEN`, or just the token',
  },
} as const

/** The introduction of /doc. */
const FIRST_STEP = `Mail events from Mandrill, stored and pushed in real time.

**Begin here.** If you are signed in at [the dashboard](/), every call below works at once. Otherwise press *Authorize* and paste the
API token: \`API_TOKEN\`, or, where that is not set, what the hub wrote into the file \`api-token\` of its \`DATA_DIR\`. Then open
*GET /api/events*, press *Try it out* and *Execute*. Press *Execute* on *POST /api/sample* first if there are no events yet.

The live feed is a WebSocket at \`/ws/email\`; \`/client.js\` is a client for it (see the README).`

export async function registerDocs(app: FastifyInstance, version: string, publicUrl: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'mail-event-hub',
        version,
        description: FIRST_STEP,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl }],
      tags: TAGS,
      components: {
        securitySchemes: SECURITY,
      },
      security: [{ token: [] }, { session: [] }],
    },
    transform: ({ schema, url, route }) => {
      const body = route.config?.documentedBody
      return { schema: body ? { ...schema, body } : schema, url }
    },
    transformObject: (made) =>
      'openapiObject' in made ? finishDocument(made.openapiObject as Document) : {},
  })
}

type DocsFiles = { readonly icon: Buffer; readonly css: string }

/** To be registered after the routes that it shows. */
export async function registerDocsPage(app: FastifyInstance, { icon, css }: DocsFiles): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/doc',
    staticCSP: true,
    // On one machine the hub may be reached by plain http.
    transformStaticCSP: (policy) => policy.replace('upgrade-insecure-requests;', ''),
    logLevel: 'warn',
    uiConfig: { persistAuthorization: false, syntaxHighlight: { theme: 'obsidian' }, plugins: [ourParts] },
    theme: {
      title: 'mail-event-hub: API',
      favicon: [{ filename: 'icon.svg', rel: 'icon', type: 'image/svg+xml', sizes: 'any', content: icon }],
      css: [{ filename: 'doc.css', content: css }],
    },
  })
}
