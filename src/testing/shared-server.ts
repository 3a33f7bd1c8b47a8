import { after, before } from 'node:test';
import { startTestServer, type TestServer, type TestServerOptions } from './start-test-server.ts';

/**
 * One server for all tests of a file, each of which uses repositories of its own. To be called at the top of the
 * file; the server is there while tests run.
 */
export function sharedServer(options: TestServerOptions = {}): TestServer {
  let server: TestServer | undefined;
  before(async () => {
    server = await startTestServer(options);
  });
  after(() => server?.close());
  return new Proxy({} as TestServer, {
    get(_, name) {
      if (!server) throw new Error('the server runs only while tests do');
      return Reflect.get(server, name);
    },
  });
}
