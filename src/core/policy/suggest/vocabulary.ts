/**
 * What words in the names, tags and notes of guests say about the guest. Words are written without separators:
 * `homeassistant` is found in `home-assistant`, `home_assistant` and `homeassistant-01` alike, never inside another word.
 *
 * To teach Holdfast a word, add it to the line that describes it. `weight` is how often the word alone is right.
 */
export type Meaning = {
  readonly tier: 1 | 2 | 3 | 4;
  readonly weight: number;
  readonly kind: Kind;
  /** Completes "… is": `a database`. */
  readonly is: string;
};

/**
 * - `environment` says for what the guest is used; a test of anything is a test.
 * - `role` says which part of something the guest is; the cache of anything is a cache, its database a database.
 * - `helper` is a role that means something only beside a service: a worker of a cluster, the agent of a build server.
 * - `service` is a product or a purpose.
 * - `hint` is a general word that decides only where nothing else is known.
 */
export type Kind = 'environment' | 'role' | 'helper' | 'service' | 'hint';

type Line = readonly [tier: 1 | 2 | 3 | 4, weight: number, kind: Kind, is: string, words: string];

const LINES: readonly Line[] = [
  [
    3,
    0.9,
    'environment',
    'for testing',
    'test tst testing testbed testbox testvm testlab testserver loadtest smoketest pentest qa uat testumgebung',
  ],
  [3, 0.88, 'environment', 'for development', 'dev devel develop development devbox devvm devserver devbench entwicklung nonprod'],
  [3, 0.85, 'environment', 'a stage before production', 'stage staging stg preprod preproduction preview beta canary integration'],
  [
    3,
    0.88,
    'environment',
    'for trying things out',
    'sandbox sbx playground sandpit demo poc experiment experimental training trial bench benchmark homelabtest tryout bastelkiste',
  ],

  [4, 0.92, 'role', 'a cache', 'cache caching cacher cached ccache sccache buildcache zwischenspeicher'],
  [4, 0.9, 'role', 'temporary', 'tmp temp temporary scratch throwaway disposable ephemeral'],
  [
    4,
    0.88,
    'role',
    'transcoded media, made again from the originals',
    'transcode transcoder transcoding transcodes tdarr unmanic handbrake fileflows',
  ],
  [4, 0.85, 'role', 'a mirror of something that exists elsewhere', 'mirror aptmirror mirrorlist pullthrough reposync proxycache'],
  [
    4,
    0.85,
    'role',
    'a template, from which guests are made',
    'template tmpl tpl goldenimage golden baseimage cloudinit cloudimg cloudimage packer',
  ],
  [1, 0.9, 'role', 'a database', 'db database databases sql rdbms datenbank dbserver dbsrv dbhost'],
  [
    3,
    0.8,
    'role',
    'a guest that builds and tests software',
    'runner actionsrunner gitlabrunner githubrunner cirunner buildagent buildserver buildhost builder buildbot buildnode buildkite jenkinsagent jenkinsslave jenkinsnode',
  ],
  [4, 0.6, 'role', 'without a state of its own', 'exporter nodeexporter stateless loadgenerator loadgen crawler renderer rendernode'],

  [
    2,
    0.6,
    'service',
    'a start page and its configuration',
    'homepage homarr heimdall heimdalldashboard dashy homer organizr flame glance dashboard homelable magicmirror dynacat fenrus',
  ],
  [
    2,
    0.68,
    'service',
    'an application and what people keep in it',
    '2fauth adventurelog airtrail anytype anytypeserver anki baserow nocodb teable grist airtable babybuddy bambuddy barassistant beaverhabits booklore bookorbit bytestash cryptpad databasus donetick drawio etherpad excalidash excalidraw ghostfolio wealthfolio flatnotes fluidcalendar geopulse hoodik hortusfox infisical inventree partdb invoiceshelf jotty kitchenowl koillection leafwiki limesurvey linkstack listmonk livebook manyfold notediscovery opencloud oxicloud opengist gist owncast papra passwordpusher paymenter pinchflat pocketbase poznote privatebin projectsend reactiveresume reitti shlink kutt yourls solidtime spliit splitpro spoolman maybefinance thelounge inspircd znc thingsboard tianji tolgee tracktor tududi umami matomo plausible upgopher wallos wanderer warracker webtrees wishlist writefreely yamtrack koffan papermerge zipline gokapi pairdrop palmr nextcloudpi bitmagnet mediamanager nxwitness weblate taiga kobotoolbox rallly calcom formbricks penpot appflowy appwrite budibase tooljet metabase superset redash nextcloudaio dms edms archivematica koha dspace opencart bigbluebutton nextcloudtalk snappymail sogo humhub friendica gotosocial misskey pleroma wikidocs gollum tiddlywiki standardnotes photostructure damselfly kiwix fileflow lazylibrarian nextpvr mediamtx openobserve domainlocker kometa maloja multiscrobbler musicassistant lyrionmusicserver logitechmediaserver mopidy icecast azuracast',
  ],
  [
    2,
    0.5,
    'service',
    'a small web tool and its configuration',
    'ittools bentopdf cyberchef convertx omnitools languagetool libretranslate redlib redlibrary searx whoogle librespeed speedtest openspeedtest wastebin rustypaste myspeed myip scanopy nametag revealjs storybook fumadocs listenarr umlautadaptarr',
  ],
  [
    2,
    0.62,
    'service',
    'a of collections and its configuration',
    'seerr agregarr cleanuparr configarr profilarr notifiarr kapowarr scraparr sonobarr aurral sportarr tracearr watcharr wizarr crossseed rdtclient slskd soulsync soularr aria2 ytdlp ytdlpwebui pinchflatt swizzin maintainerr janitorr huntarr decluttarr posterizarr tunarr ersatztv iptv uhf nodecasttv immichframe feishin fladder jellystat suwayomi kima shelfmark storyteller teddycloud gonic',
  ],
  [
    2,
    0.7,
    'service',
    'a device service and its configuration',
    'octoprint mainsail moonraker klipper ebusd evccio tasmoadmin tasmocompiler espconnect go2rtc hyperion hyperhdr matterserver matterjsserver openthread otbr openthreadbr birdnet birdnetgo nightscout rfxcom ser2net solaranzeige victron teslamate hivemq vernemq nanomq upsnap apcupsd ups networkupstools wavelog companion bitfocuscompanion',
  ],
  [
    2,
    0.7,
    'service',
    'network control and its keys',
    'ddns ddnsupdater ddclient cloudflareddns dyndns gluetun oauth2proxy tinyauth netvisor bunkerweb crowdsecbouncer openziti openziticontroller openzititunnel ziti twingate pialert netalertx watchyourlan patchmon nexterm termix sshwifty guacd nezha dnscrypt stubby chrony ntp ntpserver timeserver wpad radvd frr ebgp bgp proxmoxdatacentermanager pdm aruba meraki cisco checkpoint sonicwall barracuda zyxel watchguard ubiquiti protonmailbridge mailrelay relay postfixrelay rspamd mailgateway spamfilter antispam teamspeak teamspeakserver ts3 mumble',
  ],
  [
    1,
    0.9,
    'service',
    'a database',
    'qdrant milvus weaviate chroma chromadb pocketdb eventstore questdb m3db rqlite libsql singlestore memsql greenplum db2 saphana sqlexpress ferretdb immudb maxscale proxysql pgbouncer pgpool',
  ],
  [
    1,
    0.85,
    'service',
    'backup infrastructure',
    'minarca zerobyte rsnapshot sanoid pgbackrest barman walg commvault arcserve acronis altaro hornetsecurity hycu cohesity rubrik networker netbackup backupexec bkp bkup backupvm databackup offsitebackup pbsoffsite replication synologyabb activebackup',
  ],
  [
    4,
    0.7,
    'service',
    'without a state of its own',
    'flaresolverr byparr gotenberg tika apachetika chromium headlesschrome selenium browserless seleniumgrid puppeteer playwright libreofficeconverter',
  ],
  [
    4,
    0.88,
    'service',
    'models that can be fetched again',
    'localagi litellm lobehub sglang openllm gpt4all ollamagpu gpuserver sillytavern alltalk xtts coqui swarmui immichml immichmachinelearning',
  ],
  [
    4,
    0.85,
    'service',
    'a cache',
    'cacheserver proxycacheserver aptcacheserver dragonflycache nginxcache cdncache verdacciocache sonatypecache squidguard',
  ],
  [
    3,
    0.7,
    'service',
    'for development',
    'boltdiy codespaces devpodserver dbgate cloudbeaver drawdb whodb redisinsight mailhog mailpit mailtrap wiremock mockserver storybookdev devtools swagger',
  ],
  [3, 0.7, 'helper', 'a part of a build server', 'agent slave executor'],
  [4, 0.7, 'helper', 'a worker, made again from code', 'worker workers wk agentnode'],
  [2, 0.65, 'helper', 'a control plane, which holds the state of its cluster', 'controlplane master cp control etcdnode'],

  [
    1,
    0.95,
    'service',
    'a database',
    'postgres postgresql postgre pg pgsql pgdb psql mysql mariadb maria percona galera mongodb mongo couchdb couchbase cassandra scylla scylladb cockroach cockroachdb clickhouse mssql sqlserver oracledb oracle firebird neo4j arangodb timescale timescaledb patroni edgedb yugabyte rethinkdb foundationdb tidb dgraph surrealdb orientdb informix sybase sqledge pgvector yugabytedb vitess',
  ],
  [1, 0.8, 'service', 'a store of configuration that others depend on', 'etcd consul'],
  [
    1,
    0.95,
    'service',
    'backup infrastructure',
    'pbs proxmoxbackup proxmoxbackupserver backup backups backupserver veeam urbackup bareos bacula borg borgbackup borgmatic restic kopia duplicati amanda nakivo sicherung datensicherung backrest zrepl syncoid backuppc pbsvm',
  ],
  [
    1,
    0.75,
    'service',
    'a directory everybody signs in with',
    'dc domaincontroller pdc bdc adds activedirectory ad addc samba4ad freeipa openldap ldap lldap 389ds winad windowsdc kerberos',
  ],
  [1, 0.75, 'service', 'a store of secrets or keys', 'hashicorpvault vault openbao ca stepca rootca pki certauthority'],

  [2, 0.85, 'service', 'a password manager and its vault', 'vaultwarden bitwarden passbolt psono keepass teampass passwords'],
  [
    2,
    0.88,
    'service',
    'a code host with its repositories',
    'gitea forgejo gitlab gogs gerrit bitbucket git svn gitserver onedev sourcehut',
  ],
  [
    2,
    0.88,
    'service',
    'a photo library and its state',
    'immich photoprism librephotos lychee piwigo photos ente photoview pigallery nextcloudmemories',
  ],
  [
    2,
    0.9,
    'service',
    'files and documents of people',
    'nextcloud owncloud ocis seafile syncthing filerun pydio paperless paperlessngx paperlessng docspell mayan onlyoffice collabora filebrowser cloudreve filestash resilio docuseal stirlingpdf documents',
  ],
  [
    2,
    0.6,
    'service',
    'a file server',
    'nas truenas freenas omv openmediavault fileserver samba smb nfs unraid xigmanas fileshare turnkeyfileserver cifs cockpit rockstor filer dateiserver',
  ],
  [2, 0.6, 'service', 'object storage', 'minio s3 garage seaweedfs ceph rustfs'],
  [
    2,
    0.85,
    'service',
    'home automation and its configuration',
    'homeassistant hass hassio haos hassos homebridge openhab iobroker fhem domoticz nodered zigbee2mqtt z2m zwave zwavejs zwavejsui esphome scrypted frigate hubitat homey loxone knx jeedom deconz evcc mosquitto mqtt emqx smarthome wled',
  ],
  [
    2,
    0.8,
    'service',
    'a name or address server and its configuration',
    'pihole adguard adguardhome dns dnsmasq bind bind9 unbound technitium dhcp powerdns pdns coredns nameserver ns kea blocky nsd knot ipam netbox phpipam nebula',
  ],
  [
    2,
    0.78,
    'service',
    'network control and its configuration',
    'unifi unificontroller unifios omada pfsense opnsense vyos openwrt firewall fw router mikrotik chr sophos ipfire fortigate omadacontroller untangle gateway gw wlc sdn routeros tplink',
  ],
  [
    2,
    0.78,
    'service',
    'remote access and its keys',
    'vpn wireguard wg wgeasy openvpn tailscale headscale netbird zerotier netmaker pivpn guacamole bastion jumphost jumpbox rustdesk meshcentral teleport softether firezone cloudflared rdgateway jump',
  ],
  [
    2,
    0.8,
    'service',
    'sign-on for other applications',
    'authentik keycloak authelia zitadel sso idp kanidm pocketid dex casdoor auth radius freeradius',
  ],
  [
    2,
    0.8,
    'service',
    'a mail server with its mailboxes',
    'mail mailserver mailcow mailu mailinabox postfix dovecot zimbra exchange stalwart iredmail smtp imap modoboa roundcube pmg proxmoxmailgateway groupware sogo kopano mx',
  ],
  [
    2,
    0.75,
    'service',
    'monitoring and its history',
    'prometheus grafana influx influxdb zabbix checkmk nagios icinga librenms uptimekuma uptime netdata telegraf victoriametrics thanos mimir loki graylog monitoring monitor observability signoz cacti munin observium gatus beszel healthchecks pulse prtg alertmanager speedtesttracker cachet sensu centreon jaeger tempo glances ntopng peanut nut scrutiny smokeping',
  ],
  [
    2,
    0.6,
    'service',
    'logs or a search index',
    'elasticsearch elastic opensearch elk kibana logstash syslog logserver logs wazuh splunk siem meilisearch solr typesense crowdsec securityonion',
  ],
  [
    2,
    0.75,
    'service',
    'a wiki, site or community and its content',
    'wiki wikijs bookstack mediawiki dokuwiki outline confluence wordpress ghost drupal joomla discourse blog cms typo3 strapi directus hedgedoc mattermost rocketchat matrix synapse element zulip mastodon peertube pixelfed lemmy forum moodle jitsi nodebb flarum hugo grav xwiki',
  ],
  [
    2,
    0.8,
    'service',
    'a business application and its data',
    'odoo erp erpnext crm sap dolibarr invoiceninja invoice akaunting firefly fireflyiii actualbudget kimai jira redmine openproject taiga youtrack glpi snipeit otrs zammad osticket helpdesk ticketing leantime vikunja planka kanboard wekan monica shop magento prestashop shopware woocommerce datev lexware sage navision buchhaltung accounting espocrm suitecrm itop freescout plane orangehrm timetracking actual ezbookkeeping maybe',
  ],
  [
    2,
    0.72,
    'service',
    'a media server and its library',
    'plex jellyfin emby navidrome airsonic subsonic audiobookshelf kavita komga calibre calibreweb koel mediaserver kodi ampache roon lms tautulli overseerr jellyseerr ombi stash invidious tubearchivist dispatcharr channels tvheadend mpd funkwhale xteve threadfin',
  ],
  [
    2,
    0.65,
    'service',
    'a collection manager and its configuration',
    'sonarr radarr lidarr readarr prowlarr bazarr whisparr arr servarr arrstack jackett qbittorrent transmission deluge sabnzbd nzbget rtorrent mylar autobrr medusa sickchill jdownloader pyload metube unpackerr recyclarr',
  ],
  [
    2,
    0.68,
    'service',
    'a household application and its data',
    'mealie tandoor grocy recipes lubelogger homebox trilium joplin memos vikunjatodo linkding linkwarden wallabag karakeep hoarder freshrss miniflux rss radicale baikal davical caldav monicahq dawarich traccar owntracks wger changedetection searxng huginn n8n activepieces ntfy gotify apprise docmost affine silverbullet obsidian logseq readeck shiori archivebox kasm kasmweb librechat openwebui anythingllm flowise dify langfuse',
  ],
  [
    2,
    0.62,
    'service',
    'a reverse proxy or web server and its configuration',
    'traefik nginx haproxy caddy npm nginxproxymanager npmplus reverseproxy proxymanager apache apache2 httpd tomcat iis zoraxy pangolin swag envoy loadbalancer lb keepalived rproxy zabbixproxy',
  ],
  [
    2,
    0.7,
    'service',
    'a host of containers and their volumes',
    'docker dockerhost podman portainer dockge swarm casaos coolify dokku caprover yacht runtipi umbrel cosmos komodo compose containers dokploy cloudron yunohost truecharts',
  ],
  [2, 0.55, 'service', 'a message broker and its queues', 'rabbitmq kafka nats activemq pulsar zookeeper redpanda'],
  [2, 0.5, 'service', 'as often a store as a cache', 'redis valkey keydb dragonfly dragonflydb'],
  [
    2,
    0.72,
    'service',
    'a server of a build or artefact system with its state',
    'jenkins teamcity drone droneci woodpecker woodpeckerci concourse argocd awx semaphore ansible rundeck nexus artifactory harbor registry dockerregistry sonarqube foreman puppet salt saltstack spacelift atlantis terraform rancher gocd octopus verdaccio pypiserver',
  ],
  [2, 0.65, 'service', 'telephony and its configuration', 'asterisk freepbx 3cx pbx fusionpbx voip sip issabel'],
  [
    2,
    0.6,
    'service',
    'a game server and its worlds',
    'minecraft pterodactyl valheim palworld factorio terraria gameserver amp crafty wings satisfactory ark rust7d2d cs2 csgo enshrouded zomboid pelican',
  ],
  [
    2,
    0.62,
    'service',
    'video surveillance and its recordings',
    'zoneminder shinobi blueiris agentdvr nvr motioneye unifiprotect viseron milestone',
  ],
  [
    2,
    0.5,
    'service',
    'an office service',
    'printserver print cups wsus sccm sharepoint rds rdsh terminalserver remotedesktop ts kms papercut print01 citrix horizon',
  ],

  [
    4,
    0.9,
    'service',
    'a cache',
    'squid varnish memcached memcache aptcacher aptcacherng aptproxy lancache steamcache nexusproxy mcrouter athens devpi pulp',
  ],
  [
    4,
    0.88,
    'service',
    'models that can be fetched again',
    'ollama llm llms vllm llama llamacpp localai stablediffusion automatic1111 a1111 comfyui sdwebui invokeai fooocus whisper textgenerationwebui textgeneration oobabooga koboldai koboldcpp lmstudio huggingface tgi models model triton piper fasterwhisper wyoming exllama tabbyapi machinelearning sdnext forge kokoro deepseek mistral',
  ],
  [4, 0.6, 'service', 'boot images that can be fetched again', 'netboot netbootxyz pxe tftp ipxe isos'],
  [4, 0.65, 'service', 'downloads', 'downloads download downloader torrents seedbox usenet'],

  [
    3,
    0.75,
    'service',
    'a place where software is written',
    'codeserver vscode vscodeserver coder jupyter jupyterhub jupyterlab gitpod rstudio theia devcontainer devcontainers devpod cloud9 notebook phpmyadmin pgadmin adminer eclipseche workbench localstack',
  ],
  [
    3,
    0.6,
    'service',
    'for learning and attacking on purpose',
    'kali parrotos metasploitable dvwa juiceshop hackthebox htb evebox gns3 evetng eveng cml packettracer ctf honeypot tpot parrot',
  ],

  [2, 0.6, 'service', 'a node of a cluster', 'k8s k3s kubernetes kube talos rke rke2 microk8s openshift okd nomad k0s kubeadm kind'],

  [
    2,
    0.45,
    'hint',
    'a web server or application',
    'web www webserver app apps api application backend frontend website site portal intranet webapp appserver srvweb service services webhost',
  ],
  [3, 0.55, 'hint', 'a lab', 'lab labs'],
  [3, 0.6, 'hint', 'part of continuous integration', 'ci cicd build'],
  [4, 0.42, 'hint', 'artificial intelligence, mostly models', 'ai gpt ml inference genai'],
  [2, 0.42, 'hint', 'media', 'media music movies video videos'],
];

/** What each word means. */
export const VOCABULARY: ReadonlyMap<string, Meaning> = new Map(
  LINES.flatMap(([tier, weight, kind, is, words]) => words.split(' ').map((word): [string, Meaning] => [word, { tier, weight, kind, is }])),
);
