// How a query ran, as the server reports it: asked for beside the query, told beside the data.
import { create } from 'zustand';
import { post } from './request.js';
import { useSession } from './session.js';

const KEY = 'exgo-graphiql:report';
const EXPLAIN = 'plan:explain';

export const useReport = create(() => ({ wanted: localStorage.getItem(KEY) === 'true' }));

export function setWanted(wanted) {
  localStorage.setItem(KEY, wanted);
  useReport.setState({ wanted });
}

const refusesToExplain = (answer) => answer.errors?.some(({ extensions }) => extensions?.permission === EXPLAIN);

/** Sends a query, and asks how it ran if that is wanted; by which statement, if the viewer may know. */
export async function query(params, headers) {
  if (!useReport.getState().wanted) return post(params, headers);
  if (useSession.getState().viewer?.permissions.includes(EXPLAIN)) {
    const answer = await post({ ...params, extensions: { execution: true, explain: true } }, headers);
    // The editor's headers may name another caller than the viewer. What is refused so has not run.
    if (!refusesToExplain(answer)) return answer;
  }
  return post({ ...params, extensions: { execution: true } }, headers);
}

/** The report in the text of an answer: `{ execution, statements, explain }`, or undefined where none was given. */
export function reportIn(text) {
  try {
    const { extensions } = JSON.parse(text);
    return extensions?.execution && extensions;
  } catch {
    return undefined; // no answer yet, or the page's own words on why there is none
  }
}

const CLAUSE = ' (?:from|(?:cross|left) join|where|order by|limit)\\b';
const PARTS = new RegExp(`'(?:[^']|'')*'|"(?:[^"]|"")*"|${CLAUSE}| ?\\(select\\b|[()]`, 'g');

/** A statement with its sub-selects and their clauses on lines of their own. Only blanks are changed. */
export function laidOut(statement) {
  const open = []; // for each parenthesis, whether a sub-select is in it
  const line = (part) => `\n${'  '.repeat(open.filter(Boolean).length)}${part.trimStart()}`;
  return statement.replace(PARTS, (part, at) => {
    if (part === '(') open.push(false);
    if (part === ')') open.pop();
    if (part.endsWith('(select')) {
      open.push(true);
      return /(?:from|lateral)$/.test(statement.slice(0, at)) ? part : line(part);
    }
    const ofSelect = open.at(-1) ?? true; // and not of `extract(… from …)` or `array_agg(… order by …)`
    return part.startsWith(' ') && ofSelect ? line(part) : part;
  });
}
