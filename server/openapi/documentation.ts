import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { asYaml, completeDocument, documentHead } from './document.ts';
import { runExamples } from './examples.ts';

/**
 * The page loads nothing from elsewhere. The plugin's own policy also has `upgrade-insecure-requests`, which sends the
 * page's requests to https and so breaks it on plain http anywhere but on localhost.
 */
const contentSecurityPolicy = {
  'default-src': ["'self'"],
  'base-uri': ["'self'"],
  'font-src': ["'self'", 'data:'],
  'frame-ancestors': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'script-src': ["'self'"],
  'script-src-attr': ["'none'"],
  'style-src': ["'self'", "'unsafe-inline'"],
};

/** Describes every route registered after it, and serves the description as a page and as files. */
export async function registerDocumentation(app: FastifyInstance, version: string): Promise<void> {
  const examples = runExamples();
  await app.register(swagger, {
    openapi: documentHead(version),
    convertConstToEnum: false,
    refResolver: { buildLocalReference: ({ $id }) => $id as string },
    transformObject: (documents) => {
      if (!('openapiObject' in documents)) throw new Error('the plugin made no OpenAPI document');
      return completeDocument(documents.openapiObject, examples);
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: contentSecurityPolicy,
    theme: { title: 'rho90' },
    uiConfig: {
      layout: 'BaseLayout',
      deepLinking: true,
      tryItOutEnabled: true,
      docExpansion: 'list',
      displayRequestDuration: true,
      defaultModelsExpandDepth: 0,
    },
  });

  const hidden = { schema: { hide: true } };
  app.get('/', hidden, async (_request, reply) => reply.redirect('/docs'));
  app.get('/openapi.json', hidden, async () => app.swagger());
  app.get('/openapi.yaml', hidden, async (_request, reply) =>
    reply.type('application/yaml; charset=utf-8').send(asYaml(app.swagger())),
  );
}
