/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/risk_private.h"

#include "core/policy/glob.h"

enum {
    READ = AMR_ACCESS_READ,
    WRITE = AMR_ACCESS_WRITE | AMR_ACCESS_APPEND | AMR_ACCESS_LINK,
    MAP = AMR_ACCESS_MMAP,
};

/* The first row that matches rates; so the worse ones come first. */
const AmrFileRisk amr_file_risks[] = {
    {"/etc/{g,}shadow{,-,.lock}", READ | WRITE, AMR_RISK_HIGH, "holds the hashes of all passwords"},
    {"/etc/{passwd,group,subuid,subgid}{,-,.lock}", WRITE, AMR_RISK_HIGH,
     "says who is who on this system"},
    {"/etc/{sudoers,sudoers.d/**,doas.conf,polkit-1/**,pam.d/**,pam.conf,security/**}", WRITE,
     AMR_RISK_HIGH, "says who may become root", AMR_RISK_AREA},
    {"/etc/sudoers{,.d/**}", READ, AMR_RISK_MEDIUM, "says who may become root"},
    {"/{etc/cron*,etc/cron*/**,etc/anacrontab,var/spool/cron/**,var/spool/anacron/**,var/spool/at/"
     "**}",
     WRITE, AMR_RISK_HIGH, "is run later, unconfined, by others", AMR_RISK_AREA},
    {"/etc/{ld.so.*,ld.so.*/**}", WRITE, AMR_RISK_HIGH, "decides which code every program loads",
     AMR_RISK_AREA},
    {"/{etc,usr/lib,lib,run,usr/local/lib}/{systemd,init.d,udev,dbus-1,modprobe.d,tmpfiles.d}/**",
     WRITE, AMR_RISK_HIGH, "is run or obeyed by the system's own services", AMR_RISK_AREA},
    {"/etc/{rc*,init.d/**,profile,profile.d/**,bash.bashrc,environment,crypttab,fstab,inittab}",
     WRITE, AMR_RISK_HIGH, "is run or obeyed at boot or log-in", AMR_RISK_AREA},
    {"/etc/apparmor{,.d}/**", WRITE, AMR_RISK_HIGH, "is the policy that confines this program",
     AMR_RISK_AREA},
    {"/{etc/ssh/**,**/.ssh/**}", WRITE, AMR_RISK_HIGH, "says who may log in"},
    {"/{etc/ssh/ssh_host_*_key,**/.ssh/id_*,**/.gnupg/**,etc/ssl/private/**,etc/NetworkManager/"
     "system-connections/**,**/.{netrc,pgpass,git-credentials},**/.aws/credentials,**/.kube/"
     "config}",
     READ | WRITE, AMR_RISK_HIGH, "holds secret keys or passwords"},
    {"/**/.ssh/**", READ, AMR_RISK_MEDIUM, "may hold secret keys"},
    {"/{dev/{mem,kmem,port,kcore},proc/kcore}", READ | WRITE | MAP, AMR_RISK_HIGH,
     "is the memory of the whole system"},
    {"/dev/{sd*,hd*,vd*,xvd*,nvme*,mmcblk*,dm-*,mapper/**,loop*,md*,sg*,disk/**}", READ | WRITE,
     AMR_RISK_HIGH, "is a whole disk, below all permissions of files"},
    {"/dev/{input/**,uinput,hidraw*}", READ | WRITE, AMR_RISK_HIGH,
     "sees or makes the keystrokes of all programs"},
    {"/{var/run,run}/{docker.sock,containerd/**,podman/**,libvirt/libvirt-sock,snapd.socket}",
     READ | WRITE, AMR_RISK_HIGH, "gives orders to a service that runs as root"},
    {"/proc/{sys/**,sysrq-trigger}", WRITE, AMR_RISK_HIGH, "sets how the kernel works"},
    {"/proc/*/{,task/*/}{mem,attr/**}", WRITE, AMR_RISK_HIGH, "reaches into running processes",
     AMR_RISK_AREA},
    {"/proc/*/{,task/*/}{mem,environ,maps,smaps,syscall,stack}", READ, AMR_RISK_MEDIUM,
     "shows what is in running processes", AMR_RISK_AREA},
    {"/sys/kernel/{security,debug,tracing}/**", WRITE, AMR_RISK_HIGH,
     "sets how the kernel guards and traces"},
    {"/sys/**", WRITE, AMR_RISK_HIGH, "sets how the kernel and its devices work", AMR_RISK_AREA},
    {"/{boot,efi}/**", WRITE, AMR_RISK_HIGH, "is what the machine starts from", AMR_RISK_AREA},
    {"/{,usr/,usr/local/}{bin,sbin,lib*,libexec}/**", WRITE, AMR_RISK_HIGH,
     "is code that other programs run", AMR_RISK_AREA},
    {"/{opt,snap}/**", WRITE, AMR_RISK_MEDIUM, "may be code that other programs run",
     AMR_RISK_AREA},
    {"/{root,home/*}/.{bash*,profile,zsh*,zprofile,zlogin,xsession*,xprofile,config/autostart/**,"
     "config/systemd/**,local/bin/**,local/share/applications/**,local/share/dbus-1/**}",
     WRITE, AMR_RISK_HIGH, "is run as the user, outside of this profile"},
    {"/{home/*/,root/}bin/**", WRITE, AMR_RISK_HIGH, "is run as the user, outside of this profile"},
    {"/**/.{mozilla,thunderbird,config/chromium,config/google-chrome,password-store}/**",
     READ | WRITE, AMR_RISK_MEDIUM, "holds what the user told a browser or mailer", AMR_RISK_AREA},
    {"/{home/*,root}/**", WRITE, AMR_RISK_MEDIUM, "belongs to a user", AMR_RISK_AREA},
    {"/etc/**", WRITE, AMR_RISK_MEDIUM, "is configuration of the system", AMR_RISK_AREA},
    {"/var/{log,spool,mail,backups}/**", WRITE, AMR_RISK_MEDIUM, "belongs to other services",
     AMR_RISK_AREA},
    {"/{tmp,var/tmp,dev/shm}/**", MAP, AMR_RISK_MEDIUM, "is a place where anyone puts files",
     AMR_RISK_AREA},
};
const gsize amr_n_file_risks = G_N_ELEMENTS(amr_file_risks);
G_STATIC_ASSERT(G_N_ELEMENTS(amr_file_risks) <= AMR_GLOB_SET_MAX);

static const AmrFileRisk exec_risks[] = {
    {"/**/{sudo,su,doas,pkexec,runuser,newgrp,chroot,nsenter,unshare,setpriv,systemd-run,aa-exec}",
     0, AMR_RISK_HIGH, "runs other programs with other rights"},
    {"/**/{modprobe,insmod,kmod,mount,umount,mkfs*,dd,parted,fdisk,apparmor_parser}", 0,
     AMR_RISK_HIGH, "changes the kernel or the disks"},
    {"/**/{sh,bash,dash,zsh,ksh*,mksh,fish,csh,tcsh,busybox,rbash}", 0, AMR_RISK_HIGH,
     "is a shell: it runs whatever it is told"},
    {"/**/{python*,perl*,ruby*,node,nodejs,lua*,php*,tclsh*,wish*,guile*,gdb,awk,gawk,mawk,expect}",
     0, AMR_RISK_HIGH, "is an interpreter: it runs whatever it is told"},
    {"/**/{env,xargs,find,vi,vim*,emacs*,less,more,man,tar,nice,nohup,timeout,setsid,strace}", 0,
     AMR_RISK_MEDIUM, "runs other programs at wish"},
    {"/{tmp,var/tmp,dev/shm,home/*,run/user}/**", 0, AMR_RISK_HIGH,
     "stands where users put programs of their own"},
};

static AmrRisk
tell(const AmrFileRisk *row, AmrBytes name, char **danger)
{
    g_autofree char *shown = amr_display(name);
    *danger = g_strdup_printf("%s %s", shown, row->danger);
    return row->risk;
}

static AmrRisk
risk_exec(AmrBytes name, AmrExecMode exec, char **danger)
{
    switch (exec) {
    case AMR_EXEC_NONE:
    case AMR_EXEC_DENY_X:
        return AMR_RISK_LOW;
    case AMR_EXEC_UX:
    case AMR_EXEC_UX_SAFE:
    case AMR_EXEC_PUX:
    case AMR_EXEC_PUX_SAFE:
    case AMR_EXEC_CUX:
    case AMR_EXEC_CUX_SAFE:
        *danger = g_strdup("What it runs may be confined by nothing");
        return AMR_RISK_HIGH;
    case AMR_EXEC_PX:
    case AMR_EXEC_PX_SAFE:
    case AMR_EXEC_CX:
    case AMR_EXEC_CX_SAFE:
        return AMR_RISK_LOW; /* a profile of its own says what it may */
    default:
        break;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(exec_risks); i++)
        if (amr_glob_match(exec_risks[i].glob, name))
            return tell(&exec_risks[i], name, danger);
    return AMR_RISK_LOW;
}

static AmrRisk
risk_access(AmrBytes name, guint access, char **danger)
{
    for (gsize i = 0; i < amr_n_file_risks; i++)
        if ((access & amr_file_risks[i].access) && amr_glob_match(amr_file_risks[i].glob, name))
            return tell(&amr_file_risks[i], name, danger);
    if ((access & MAP) && (access & WRITE)) {
        *danger = g_strdup("What the program writes there it may run as its own code");
        return AMR_RISK_MEDIUM;
    }
    return AMR_RISK_LOW;
}

AmrRisk
amr_risk_file(AmrBytes name, guint access, AmrExecMode exec, char **danger)
{
    char *why_exec = NULL, *why_access = NULL;
    AmrRisk by_exec = risk_exec(name, exec, &why_exec);
    AmrRisk by_access = risk_access(name, access, &why_access);
    /* Code that one may write and then run is the whole game. */
    if ((access & WRITE) && exec != AMR_EXEC_NONE && exec != AMR_EXEC_DENY_X) {
        g_free(why_exec);
        g_free(why_access);
        *danger = g_strdup("The program may write what it then runs");
        return AMR_RISK_HIGH;
    }
    *danger = by_exec >= by_access ? why_exec : why_access;
    g_free(by_exec >= by_access ? why_access : why_exec);
    return MAX(by_exec, by_access);
}

typedef struct {
    const char *name;
    AmrRisk risk;
    const char *danger;
} NamedRisk;

static AmrRisk
look_up(const NamedRisk *table, gsize n, const char *name, char **danger)
{
    for (gsize i = 0; i < n; i++) {
        if (g_strcmp0(table[i].name, name) == 0) {
            *danger = g_strdup(table[i].danger);
            return table[i].risk;
        }
    }
    *danger = NULL;
    return AMR_RISK_LOW;
}

/* After capabilities(7): what each amounts to in the hands of an attacker. */
AmrRisk
amr_risk_capability(const char *name, char **danger)
{
    static const NamedRisk table[] = {
        {"sys_admin", AMR_RISK_HIGH, "sys_admin is close to being root: mounts, namespaces, more"},
        {"sys_module", AMR_RISK_HIGH, "sys_module loads code into the kernel"},
        {"sys_rawio", AMR_RISK_HIGH, "sys_rawio reaches hardware and memory directly"},
        {"sys_ptrace", AMR_RISK_HIGH, "sys_ptrace reaches into other users' processes"},
        {"sys_boot", AMR_RISK_HIGH, "sys_boot restarts the machine or starts another kernel"},
        {"dac_override", AMR_RISK_HIGH, "dac_override passes over all permissions of files"},
        {"dac_read_search", AMR_RISK_HIGH,
         "dac_read_search reads files whatever their permissions"},
        {"setuid", AMR_RISK_HIGH, "setuid becomes any user, root too"},
        {"setgid", AMR_RISK_HIGH, "setgid becomes a member of any group"},
        {"setpcap", AMR_RISK_HIGH, "setpcap changes the capabilities of processes"},
        {"setfcap", AMR_RISK_HIGH, "setfcap gives capabilities to programs"},
        {"chown", AMR_RISK_HIGH, "chown makes any file anybody's"},
        {"fowner", AMR_RISK_HIGH, "fowner changes files of others as if their owner"},
        {"fsetid", AMR_RISK_MEDIUM, "fsetid keeps set-user-ID bits on changed files"},
        {"mac_admin", AMR_RISK_HIGH, "mac_admin changes the policy of AppArmor itself"},
        {"mac_override", AMR_RISK_HIGH, "mac_override passes over mandatory access control"},
        {"bpf", AMR_RISK_HIGH, "bpf runs programs in the kernel"},
        {"perfmon", AMR_RISK_MEDIUM, "perfmon watches the whole system"},
        {"checkpoint_restore", AMR_RISK_MEDIUM, "checkpoint_restore rebuilds processes"},
        {"mknod", AMR_RISK_HIGH, "mknod makes device files, disks too"},
        {"sys_chroot", AMR_RISK_MEDIUM, "sys_chroot changes what a program sees as the root"},
        {"sys_time", AMR_RISK_MEDIUM, "sys_time sets the clock, on which certificates rely"},
        {"sys_resource", AMR_RISK_MEDIUM, "sys_resource passes over limits and quotas"},
        {"sys_nice", AMR_RISK_MEDIUM, "sys_nice changes the priority of any process"},
        {"sys_pacct", AMR_RISK_MEDIUM, "sys_pacct switches process accounting"},
        {"syslog", AMR_RISK_MEDIUM, "syslog reads the kernel's messages and addresses"},
        {"kill", AMR_RISK_MEDIUM, "kill sends signals to any process"},
        {"linux_immutable", AMR_RISK_MEDIUM, "linux_immutable lifts the protection of files"},
        {"ipc_owner", AMR_RISK_MEDIUM, "ipc_owner passes over permissions of shared memory"},
        {"audit_control", AMR_RISK_HIGH, "audit_control switches auditing off"},
        {"audit_write", AMR_RISK_MEDIUM, "audit_write writes into the audit log"},
        {"audit_read", AMR_RISK_MEDIUM, "audit_read reads the audit log of all programs"},
        {"net_admin", AMR_RISK_HIGH, "net_admin changes routes, firewall and interfaces"},
        {"net_raw", AMR_RISK_MEDIUM, "net_raw forges packets and listens in"},
        {"net_bind_service", AMR_RISK_LOW, NULL},
    };
    AmrRisk risk = look_up(table, G_N_ELEMENTS(table), name, danger);
    if (!name) { /* all of them */
        *danger = g_strdup("All capabilities together are root itself");
        return AMR_RISK_HIGH;
    }
    return risk;
}

AmrRisk
amr_risk_network(const char *family, const char *type, char **danger)
{
    static const NamedRisk table[] = {
        {"packet", AMR_RISK_HIGH, "Packet sockets see and forge all traffic of the machine"},
        {"netlink", AMR_RISK_MEDIUM, "Netlink sockets talk to the kernel about its settings"},
        {"vsock", AMR_RISK_MEDIUM, "vsock reaches the host or the guests of this machine"},
        {"alg", AMR_RISK_MEDIUM, "alg reaches the kernel's cryptography, a rarely used corner"},
        {"bluetooth", AMR_RISK_MEDIUM, "Bluetooth reaches devices around"},
        {"can", AMR_RISK_MEDIUM, "CAN reaches the controllers of a vehicle or a plant"},
        {"key", AMR_RISK_HIGH, "Key sockets manage the kernel's IPsec keys"},
        {"xdp", AMR_RISK_HIGH, "XDP sockets see and forge all traffic of an interface"},
    };
    if (!family) {
        *danger = g_strdup("It opens every kind of network there is");
        return AMR_RISK_HIGH;
    }
    AmrRisk risk = look_up(table, G_N_ELEMENTS(table), family, danger);
    if (risk == AMR_RISK_LOW && g_strcmp0(type, "raw") == 0) {
        *danger = g_strdup("Raw sockets forge packets and listen in");
        return AMR_RISK_MEDIUM;
    }
    return risk;
}

static gboolean
gives(const AmrRule *rule, const char *access)
{
    return !rule->terms.access || g_strv_contains((const char *const *)rule->terms.access, access);
}

AmrRisk
amr_risk_terms(const AmrRule *rule, char **danger)
{
    const char *why = NULL;
    AmrRisk risk = AMR_RISK_MEDIUM;

    switch (rule->kind) {
    case AMR_RULE_PTRACE:
        why = gives(rule, "trace") ? "Who traces a process reads and changes all that it holds"
                                   : "It shows what a process holds, or lets others look";
        risk = gives(rule, "trace") ? AMR_RISK_HIGH : AMR_RISK_MEDIUM;
        break;
    case AMR_RULE_MOUNT:
    case AMR_RULE_REMOUNT:
    case AMR_RULE_PIVOT_ROOT:
        why = "What is mounted changes which files the paths in rules stand for";
        risk = AMR_RISK_HIGH;
        break;
    case AMR_RULE_UMOUNT:
        why = "What a mount covers comes to light, and its own files are gone";
        break;
    case AMR_RULE_CHANGE_PROFILE:
        why = "It leaves this profile for what another allows";
        risk = AMR_RISK_HIGH;
        break;
    case AMR_RULE_USERNS:
        why = "Root within a namespace reaches parts of the kernel that were made for root alone";
        break;
    case AMR_RULE_DBUS:
        why = gives(rule, "eavesdrop") ? "It reads what others say to each other on the bus" : NULL;
        risk = AMR_RISK_HIGH;
        break;
    case AMR_RULE_IO_URING:
        why = gives(rule, "override_creds") ? "It acts with credentials that others registered"
                                            : NULL;
        break;
    case AMR_RULE_ALL:
        why = "It allows everything";
        risk = AMR_RISK_HIGH;
        break;
    default:
        break;
    }
    *danger = g_strdup(why);
    return why ? risk : AMR_RISK_LOW;
}
