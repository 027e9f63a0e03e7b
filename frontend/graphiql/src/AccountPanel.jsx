import { Button } from '@graphiql/react';
import { useEffect, useState } from 'react';
import { config } from './config.js';
import { useLanguage } from './language.js';
import { post } from './request.js';
import { logIn, logOut, useSession } from './session.js';
import { useTexts } from './texts.js';

function Viewer({ viewer, busy }) {
  const texts = useTexts();
  return (
    <div className="exgo-card">
      <span className="exgo-hint">{texts.loggedInAs}</span>
      <strong className="exgo-email">{viewer.email}</strong>
      <span>
        <span className="exgo-badge">{viewer.role}</span> {viewer.merchant?.companyName ?? texts.staff}
      </span>
      <Button type="button" disabled={busy} onClick={logOut}>
        {texts.logOut}
      </Button>
    </div>
  );
}

/** The picture of `config.captcha`, a document that answers `{ captcha { id image } }`; a new one per attempt. */
function useCaptcha() {
  const [captcha, setCaptcha] = useState(null);
  async function renew() {
    if (!config.captcha) return;
    setCaptcha((await post({ query: config.captcha })).data?.captcha ?? null);
  }
  useEffect(() => {
    renew();
  }, []);
  return [captcha, renew];
}

function LogInForm({ busy }) {
  const texts = useTexts();
  const [captcha, renewCaptcha] = useCaptcha();

  async function submit(event) {
    event.preventDefault();
    const { answer, ...input } = Object.fromEntries(new FormData(event.currentTarget));
    const accepted = await logIn(captcha ? { ...input, captcha: { id: captcha.id, answer } } : input);
    if (!accepted) renewCaptcha();
  }

  return (
    <form className="exgo-form" onSubmit={submit}>
      <label>
        {texts.email}
        <input name="email" type="email" autoComplete="username" required />
      </label>
      <label>
        {texts.password}
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      {captcha && (
        <>
          <div className="exgo-captcha">
            <img src={captcha.image} alt={texts.captcha} />
            <Button type="button" onClick={renewCaptcha}>
              {texts.anotherPicture}
            </Button>
          </div>
          <label>
            {texts.captcha}
            <input key={captcha.id} name="answer" autoComplete="off" required />
          </label>
        </>
      )}
      <button type="submit" className="exgo-primary" disabled={busy}>
        {texts.logIn}
      </button>
    </form>
  );
}

function DemonstrationAccounts({ viewer, busy }) {
  const texts = useTexts();
  return (
    <section aria-labelledby="exgo-demonstration">
      <h3 id="exgo-demonstration">{texts.demonstration}</h3>
      <p className="exgo-hint">{texts.demonstrationHint}</p>
      <ul className="exgo-accounts">
        {config.accounts.map(({ email, password, role, label }) => (
          <li key={email}>
            <button
              type="button"
              className="exgo-row"
              aria-label={texts.logInAs(`${label} ${role} ${email}`)}
              aria-pressed={viewer?.email === email}
              disabled={busy}
              onClick={() => logIn({ email, password })}
            >
              <span className="exgo-row-title">{label}</span> <span className="exgo-badge">{role}</span>{' '}
              <span className="exgo-hint exgo-email">{email}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function AccountPanel() {
  const texts = useTexts();
  const language = useLanguage((state) => state.language);
  const { viewer, busy, refusal } = useSession();
  return (
    <section className="exgo-panel" lang={language} aria-labelledby="exgo-account">
      <h2 id="exgo-account">{texts.account}</h2>
      <div role="status">
        {viewer && <Viewer viewer={viewer} busy={busy} />}
        {viewer === null && <p className="exgo-hint">{texts.accountHint}</p>}
        {viewer === undefined && <p className="exgo-hint">{texts.asking}</p>}
      </div>
      {viewer === null && <LogInForm busy={busy} />}
      {refusal && (
        <p role="alert" className="exgo-refusal">
          {refusal.message}
        </p>
      )}
      {config.accounts.length > 0 && <DemonstrationAccounts viewer={viewer} busy={busy} />}
    </section>
  );
}
