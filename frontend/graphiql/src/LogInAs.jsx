import { useGraphiQL } from '@graphiql/react';
import { accountsFor, suits } from './accounts.js';
import { logIn, useSession } from './session.js';
import { useTexts } from './texts.js';

/** Says that the operation wants another account, and in demonstration mode offers to become it. */
export function LogInAs({ operation }) {
  const texts = useTexts();
  const { viewer, busy, refusal } = useSession();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  if (viewer === undefined || suits(viewer, operation)) return null;

  async function become({ email, password }) {
    // The button goes away with the mismatch; what comes next is to run the operation.
    if (await logIn({ email, password })) queryEditor.focus();
  }

  const accounts = accountsFor(operation);
  return (
    <div className="exgo-mismatch">
      <span>{texts.wrongAccount(operation.as.join(', '))}</span>
      {accounts.map((account) => (
        <button
          key={account.email}
          type="button"
          className="exgo-primary"
          disabled={busy}
          onClick={() => become(account)}
        >
          {texts.logInAs(account.label)}
        </button>
      ))}
      {accounts.some(({ email }) => email === refusal?.email) && (
        <p role="alert" className="exgo-refusal">
          {refusal.message}
        </p>
      )}
    </div>
  );
}
