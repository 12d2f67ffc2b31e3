import { t } from '$lib/i18n/jobs';

/** What jobs can be, in the server's words, which the address uses, too. */
export const states = ['running', 'waiting', 'failed', 'done', 'cancelled'];

/** What a kind of job is called: in English from our catalogue, in Vietnamese as the server says. */
export const jobName = (job: { kind: string; kind_name: string }) => t.kinds[job.kind] ?? job.kind_name;
