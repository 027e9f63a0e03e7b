// What GraphiQL remembers. Documents, variables and history may hold personal data: they end with the browser's tab.
// How the page looks stays.
const LOOKS = /:(theme|visiblePlugin|\w+Flex)$/;

const placeOf = (key) => (LOOKS.test(key) ? localStorage : sessionStorage);

export const storage = {
  getItem: (key) => placeOf(key).getItem(key),
  setItem: (key, value) => placeOf(key).setItem(key, value),
  removeItem: (key) => placeOf(key).removeItem(key),
  get length() {
    return sessionStorage.length;
  },
  clear() {
    for (const place of [localStorage, sessionStorage]) {
      for (const key of Object.keys(place)) if (key.startsWith('graphiql:')) place.removeItem(key);
    }
  },
};
