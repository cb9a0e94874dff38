/** The button that ends one session of somebody else. */
import { html, nothing } from '../ui/element.js';
import { t } from '../ui/i18n.js';
import { toast } from '../ui/toast.js';
import { admin, may, orMissing } from './api.js';

/** `view` has the `claims`, shows what fails, and is told to `reload`. Nothing where the reader may end no sessions. */
export function endSessionButton(view, session) {
  const { user_id: id, session_id: sid, device } = session;
  const end = () => view.run(async () => {
    await orMissing(admin.endAccountSession({ id, sid })); // over already: as was asked for
    toast(t('admin.sessions.one-ended', { device }));
    await view.reload();
  });
  return may(view.claims, 'sessions:end')
    ? html`<button type="button" class="secondary small" @click=${end}>${t('admin.sessions.end-one')}<span class="visually-hidden"> ${device}</span></button>`
    : nothing;
}
