import { config } from './config.js';

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(config.workers[label] ?? config.workers.editor, { type: 'module' }),
};
