/** The audit's part of the administration. */
import { operations } from '../ui/api.js';

export const admin = operations({
  searchAudit: 'GET /admin/api/audit',
  auditEntry: 'GET /admin/api/audit/{node}/{seq}',
  verifyAudit: 'GET /admin/api/audit/verify',
});
