/** Light or dark: as the system has it, until somebody chooses. */
const STORED = 'amplihack-auth:theme';

function stored() {
  try {
    return localStorage.getItem(STORED);
  } catch { // forbidden
    return null;
  }
}

export function theme() {
  const chosen = stored();
  return chosen === 'light' || chosen === 'dark' ? chosen : 'auto';
}

/** @param {'light'|'dark'|'auto'} chosen */
export function setTheme(chosen) {
  try {
    localStorage.setItem(STORED, chosen);
  } catch { /* full or forbidden: for this page only */ }
  apply(chosen);
  dispatchEvent(new Event('themechosen'));
}

function apply(chosen) {
  if (chosen === 'auto') {
    document.documentElement.removeAttribute('data-theme');
  } else {
    document.documentElement.dataset.theme = chosen;
  }
}

apply(theme());
