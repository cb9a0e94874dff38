// What a link in a mail opens: link.html#reset=…, #verify=… or #invitation=… (docs/self-service.md).
'use strict';

(() => {
  const texts = {
    en: {
      reset: ['Choose a new password', 'It ends all sessions of your account.', 'Set the password'],
      invitation: ['Welcome', 'Choose the password of your account.', 'Set the password'],
      verify: ['Confirm your address', 'Your account will use this address from now on.', 'Confirm the address'],
      password: 'New password',
      repeat: 'New password again',
      show: 'Show the passwords',
      hint: 'A few unusual words make a good password.',
      different: 'The two passwords differ.',
      done: {
        reset: 'Your password is set. Sign in with it now.',
        invitation: name => `Your password is set. Sign in as ${name} now.`,
        verify: address => `${address} is the address of your account now.`
      },
      noLink: 'This page is opened by a link in a mail.',
      errors: {
        invalid_link: 'This link is not valid any more: it was used, replaced, or is too old. Ask for a new one.',
        weak_password: detail => `This password cannot be used. ${detail}`,
        rate_limited: 'Too many attempts. Wait a minute and try again.',
        busy: 'The service is busy. Try again in a moment.',
        network: 'The service did not answer. Check your connection and try again.',
        other: 'That did not work. Ask for a new link.'
      }
    },
    de: {
      reset: ['Neues Passwort wählen', 'Alle Sitzungen Ihres Kontos werden damit beendet.', 'Passwort setzen'],
      invitation: ['Willkommen', 'Wählen Sie das Passwort Ihres Kontos.', 'Passwort setzen'],
      verify: ['Adresse bestätigen', 'Ihr Konto verwendet ab dann diese Adresse.', 'Adresse bestätigen'],
      password: 'Neues Passwort',
      repeat: 'Neues Passwort noch einmal',
      show: 'Passwörter anzeigen',
      hint: 'Einige ungewöhnliche Wörter ergeben ein gutes Passwort.',
      different: 'Die beiden Passwörter unterscheiden sich.',
      done: {
        reset: 'Ihr Passwort ist gesetzt. Melden Sie sich jetzt damit an.',
        invitation: name => `Ihr Passwort ist gesetzt. Melden Sie sich jetzt als ${name} an.`,
        verify: address => `${address} ist jetzt die Adresse Ihres Kontos.`
      },
      noLink: 'Diese Seite wird durch einen Link in einer E-Mail geöffnet.',
      errors: {
        invalid_link:
          'Dieser Link gilt nicht mehr: Er wurde verwendet, ersetzt oder ist zu alt. Fordern Sie einen neuen an.',
        weak_password: () =>
          'Dieses Passwort kann nicht verwendet werden: Es ist zu kurz, zu lang, zu verbreitet, vom Namen abgeleitet'
          + ' oder war schon einmal Ihres.',
        rate_limited: 'Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es noch einmal.',
        busy: 'Der Dienst ist ausgelastet. Versuchen Sie es gleich noch einmal.',
        network: 'Der Dienst hat nicht geantwortet. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
        other: 'Das hat nicht geklappt. Fordern Sie einen neuen Link an.'
      }
    }
  };

  // relative to this page, so that a prefix of auth.public.url stays
  const requests = {
    reset: { path: 'auth/password/reset', body: (token, password) => ({ token, new_password: password }) },
    invitation: { path: 'auth/invitation', body: (token, password) => ({ token, password }) },
    verify: { path: 'auth/email/verify', body: token => ({ token }) }
  };

  const language = (navigator.languages || [navigator.language])
    .map(tag => String(tag).slice(0, 2).toLowerCase())
    .find(tag => tag in texts) || 'en';
  const words = texts[language];
  const part = id => document.getElementById(id);

  function say(text, bad) {
    part('message').textContent = text;
    part('message').classList.toggle('bad', bad);
  }

  /** The kind and the token of the link, which leaves the address bar and the history at once. */
  function takeLink() {
    const found = /^#(reset|verify|invitation)=([A-Za-z0-9_-]{1,256})$/.exec(location.hash);
    history.replaceState(null, '', location.pathname);
    return found && { kind: found[1], token: found[2] };
  }

  function errorText(error, detail) {
    const text = words.errors[error] || words.errors.other;
    return typeof text === 'function' ? text(detail) : text;
  }

  async function send(link, password) {
    const request = requests[link.kind];
    let response;
    try {
      response = await fetch(request.path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        credentials: 'same-origin',
        cache: 'no-store',
        body: JSON.stringify(request.body(link.token, password))
      });
    } catch (unreachable) {
      return { problem: words.errors.network };
    }
    const body = await response.json().catch(() => ({}));
    if (response.ok) {
      return { answer: body };
    }
    if (response.status === 503) {
      return { problem: words.errors.busy };
    }
    return { problem: errorText(body.error, body.detail), over: body.error === 'invalid_link' };
  }

  function succeeded(link, answer) {
    const done = words.done[link.kind];
    say(typeof done === 'function' ? done(answer.username || answer.email) : done, false);
  }

  /** Sends once at a time; a link that is over leaves no form behind. */
  async function submit(link, form, button, password) {
    button.disabled = true;
    say('', false);
    const result = await send(link, password);
    button.disabled = false;
    if (result.problem) {
      say(result.problem, true);
    } else {
      succeeded(link, result.answer);
    }
    if (!result.problem || result.over) {
      form.hidden = true;
      part('intro').hidden = true;
    }
  }

  function openPassword(link) {
    part('password-label').textContent = words.password;
    part('repeat-label').textContent = words.repeat;
    part('show-label').textContent = words.show;
    part('password-hint').textContent = words.hint;
    part('show').addEventListener('change', () => {
      for (const id of ['password', 'repeat']) {
        part(id).type = part('show').checked ? 'text' : 'password';
      }
    });
    const form = part('password-form');
    form.hidden = false;
    part('password').focus();
    form.addEventListener('submit', event => {
      event.preventDefault();
      if (part('password').value !== part('repeat').value) {
        say(words.different, true);
        part('repeat').focus();
        return;
      }
      submit(link, form, part('password-button'), part('password').value);
    });
  }

  /** By a button and not by itself: programs that look at mails open links too. */
  function openVerification(link) {
    const form = part('verify-form');
    form.hidden = false;
    part('verify-button').focus();
    form.addEventListener('submit', event => {
      event.preventDefault();
      submit(link, form, part('verify-button'));
    });
  }

  function open(link) {
    const [title, intro, action] = words[link.kind];
    document.title = title;
    part('title').textContent = title;
    part('intro').textContent = intro;
    part('intro').hidden = false;
    part(link.kind === 'verify' ? 'verify-button' : 'password-button').textContent = action;
    if (link.kind === 'verify') {
      openVerification(link);
    } else {
      openPassword(link);
    }
  }

  document.documentElement.lang = language;
  const link = takeLink();
  // another link may be opened in the same tab: the page begins anew
  addEventListener('hashchange', () => {
    if (location.hash) {
      location.reload();
    }
  });
  if (link) {
    open(link);
  } else {
    say(words.noLink, true);
  }
})();
