import { UnStyledButton } from '@graphiql/react';
import { AccountIcon } from './icons.jsx';
import { LANGUAGES, setLanguage, useLanguage } from './language.js';
import { useSession } from './session.js';
import { useTexts } from './texts.js';

/** In the place of GraphiQL's logo: the language of answers, and who is logged in. */
export function HeaderBar({ onAccount }) {
  const texts = useTexts();
  const language = useLanguage((state) => state.language);
  const viewer = useSession((state) => state.viewer);
  return (
    <div className="exgo-header" lang={language}>
      <select
        aria-label={texts.languageOfAnswers}
        title={texts.languageOfAnswers}
        value={language}
        onChange={(event) => setLanguage(event.currentTarget.value)}
      >
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag}>
            {name}
          </option>
        ))}
      </select>
      <UnStyledButton type="button" className="exgo-who" title={texts.account} onClick={onAccount}>
        <AccountIcon aria-hidden="true" />
        <span className="exgo-email">{viewer ? viewer.email : texts.notLoggedIn}</span>
        {viewer && <span className="exgo-badge">{viewer.role}</span>}
      </UnStyledButton>
    </div>
  );
}
