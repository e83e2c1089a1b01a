import { setUpTests } from './set-up-tests.mjs';

await setUpTests([]);
