/** Words that say that a guest is in production. They make what else is known more certain. */
export const PRODUCTION: ReadonlySet<string> = new Set(['prod', 'production', 'prd', 'live', 'produktion', 'produktiv']);

/** Guests whose name says which service they are, but which together with these words are only a helper of it. */
export const CLUSTER: ReadonlySet<string> = new Set(
  'k8s k3s kubernetes kube talos rke rke2 microk8s openshift okd nomad k0s kubeadm kind swarm docker'.split(' '),
);
export const BUILD_SERVER: ReadonlySet<string> = new Set(
  'jenkins gitlab gitea forgejo github teamcity drone droneci woodpecker woodpeckerci concourse ci cicd build azure azuredevops devops bamboo buildkite gocd act'.split(
    ' ',
  ),
);

/** Systems a template is made of. */
export const SYSTEMS: ReadonlySet<string> = new Set(
  'ubuntu debian alpine rocky rockylinux alma almalinux centos fedora arch archlinux nixos opensuse suse rhel win windows win10 win11 server noble jammy focal bookworm bullseye trixie freebsd flatcar'.split(
    ' ',
  ),
);

/** Words of names that say nothing by themselves, but of which compounds are made: `testvm`, `proddb`, `webserver`. */
export const FILLERS: ReadonlySet<string> = new Set(
  'vm ct lxc server srv svr host node box machine container instance main my home new old data node01 internal external public private lan local cluster primary secondary replica homelab shop user customer'.split(
    ' ',
  ),
);
