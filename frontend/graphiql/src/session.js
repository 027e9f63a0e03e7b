// Who is logged in. The session itself is an HttpOnly cookie: the page keeps no token and asks the server.
import { create } from 'zustand';
import { post } from './request.js';

const VIEWER = 'viewer { email role permissions merchant { companyName } }';
const ASK = `{ ${VIEWER} }`;
const LOG_IN = `mutation ($input: LoginInput!) { login(input: $input) { ${VIEWER} errors { code message } } }`;
const LOG_OUT = 'mutation { logout { errors { code message } } }';

/**
 * `viewer` is undefined until the first answer and null while nobody is logged in; `known` says that somebody was once;
 * `refusal` is `{ email, message }` of a log-in that failed.
 */
export const useSession = create(() => ({ viewer: undefined, known: false, busy: false, refusal: null }));

// An answer counts only if nothing was asked after it: a slow `viewer` must not undo a log-in.
let asked = 0;

async function ask(query, input, read) {
  const turn = ++asked;
  useSession.setState({ busy: true, refusal: null });
  let change;
  try {
    change = read(await post({ query, variables: input && { input } }));
  } catch (error) {
    change = { message: error.message };
  }
  if (turn !== asked) return false;
  const { message, viewer = useSession.getState().viewer ?? null } = change;
  useSession.setState(({ known }) => ({
    viewer,
    known: known || Boolean(viewer),
    busy: false,
    refusal: message ? { email: input?.email, message } : null,
  }));
  return !message;
}

function changeFrom(answer, payload) {
  const errors = answer.errors ?? payload?.errors ?? [];
  if (errors.length) return { message: errors.map((error) => error.message).join(' ') };
  return { viewer: payload?.viewer ?? null };
}

export function refresh() {
  return ask(ASK, undefined, (answer) => ({ viewer: answer.data?.viewer ?? null }));
}

export function logIn(input) {
  return ask(LOG_IN, input, (answer) => changeFrom(answer, answer.data?.login));
}

export function logOut() {
  return ask(LOG_OUT, undefined, (answer) => changeFrom(answer, answer.data?.logout));
}

/** The editor can change the session too: by `login` and `logout` themselves, or by finding that it has ended. */
export function notice(answer) {
  const roots = Object.keys(answer.data ?? {});
  const ended =
    useSession.getState().viewer && answer.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED');
  if (ended || roots.includes('login') || roots.includes('logout')) refresh();
}
