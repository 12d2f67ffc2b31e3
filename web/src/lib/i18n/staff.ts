import { catalogue } from './index.svelte';
import vi from './vi/staff';

export const t = catalogue('staff', vi);
