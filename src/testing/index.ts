export { type Answer, type Ask, ask, toAnswer } from './ask.ts';
export { assertRefused } from './assert-refused.ts';
export {
  type BuiltBlob,
  type BuiltImage,
  type BuiltManifest,
  buildBlob,
  buildImage,
  buildIndex,
  buildManifest,
  buildReferrer,
  descriptorOf,
} from './build-image.ts';
export { createCapturingLogger, type LogEntry } from './capturing-logger.ts';
export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { filesBelow, openFilesBelow } from './files-below.ts';
export { pushBlob, pushImage, putManifest, startUpload, withDigest } from './push.ts';
export { openRawConnection, type RawConnection } from './raw-connection.ts';
export { serveRoutes } from './serve-routes.ts';
export { sharedServer } from './shared-server.ts';
export { someBytes } from './some-bytes.ts';
export {
  ACCOUNT_PASSWORD,
  type AccountsServer,
  basicOf,
  startAccountsServer,
} from './start-accounts-server.ts';
export { startTestServer, type TestServer, type TestServerOptions } from './start-test-server.ts';
export { temporaryFolder } from './temporary-folder.ts';
