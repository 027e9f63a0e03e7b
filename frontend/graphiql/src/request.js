// GraphQL over HTTP to the page's own server: one POST for queries and mutations, server-sent events for subscriptions.
import { getOperationAST, parse } from 'graphql';
import { config } from './config.js';
import { useLanguage } from './language.js';

function send(params, accept, extraHeaders, signal) {
  const headers = new Headers({
    'Content-Type': 'application/json',
    Accept: accept,
    'Accept-Language': useLanguage.getState().language,
    'GraphQL-Require-Preflight': '1',
  });
  for (const [name, value] of Object.entries(extraHeaders ?? {})) headers.set(name, value);
  const body = JSON.stringify(params);
  return fetch(config.endpoint, { method: 'POST', credentials: 'same-origin', headers, body, signal });
}

async function json(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${response.status} ${response.statusText} ${text.slice(0, 300)}`.trim());
  }
}

export async function post(params, extraHeaders) {
  return json(await send(params, 'application/graphql-response+json, application/json', extraHeaders));
}

function parseEvent(block) {
  const event = { name: 'message', data: '' };
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (field === 'event') event.name = value;
    if (field === 'data') event.data += value;
  }
  return event;
}

async function* results(params, extraHeaders, signal) {
  try {
    // Only the stream type: a JSON type beside it would let the server answer without one.
    const response = await send(params, 'text/event-stream', extraHeaders, signal);
    if (!response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
      yield await json(response);
      return;
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let buffer = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (buffer + value).split(/\r?\n\r?\n/);
      buffer = blocks.pop();
      for (const { name, data } of blocks.map(parseEvent)) {
        if (name === 'complete') return;
        if (name === 'next') yield JSON.parse(data);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function subscribe(params, extraHeaders) {
  const abort = new AbortController();
  const stream = results(params, extraHeaders, abort.signal);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => stream.next(),
    // A generator's own return() waits for the event under way, which may never come.
    return() {
      abort.abort();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}

// GraphiQL passes a parsed document too, but that lags a tenth of a second behind the editor.
function kindOf({ query, operationName }) {
  try {
    return getOperationAST(parse(query), operationName)?.operation;
  } catch {
    return undefined; // the server says better what is wrong with the document
  }
}

/**
 * GraphiQL's fetcher. `query(params, headers)` sends the queries; `onAnswer(params, answer)` sees every answer but those
 * of subscriptions.
 */
export function fetcherWith(query, onAnswer) {
  return async (params, { headers } = {}) => {
    const kind = kindOf(params);
    if (kind === 'subscription') return subscribe(params, headers);
    const answer = await (kind === 'query' ? query : post)(params, headers);
    onAnswer(params, answer);
    return answer;
  };
}
