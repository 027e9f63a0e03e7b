// The language of answers (Accept-Language) and of the panels' own texts.
import { create } from 'zustand';

const KEY = 'exgo-graphiql:language';

export const LANGUAGES = { 'zh-CN': '中文', en: 'English' };

function initial() {
  const stored = localStorage.getItem(KEY);
  if (stored in LANGUAGES) return stored;
  return navigator.language.startsWith('zh') ? 'zh-CN' : 'en';
}

export const useLanguage = create(() => ({ language: initial() }));

export function setLanguage(language) {
  localStorage.setItem(KEY, language);
  useLanguage.setState({ language });
}
