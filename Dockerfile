# The container image; docs/CONTAINER.md says how to run it. Built for the machine's own architecture, or with
# `docker buildx build --platform linux/amd64,linux/arm64 .` for both.

# Any Debian with npm. Nothing of it is in the image but the libraries that the programs ask for.
ARG BUILD_BASE=node:24-bookworm-slim

FROM ${BUILD_BASE} AS build
WORKDIR /modules/usr/local/lib/lading
RUN apt-get update \
 && apt-get install --yes --no-install-recommends binutils busybox-static libatomic1 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*

# Without what the program never reads: two thirds of the files, a third of the bytes. Licences stay.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --cache /tmp/npm \
 && cd node_modules \
 && rm -rf /tmp/npm node-linux-*/include node-linux-*/share node-linux-*/*.md node-addon-api bcrypt/src \
 && find bcrypt/prebuilds -mindepth 1 -maxdepth 1 ! -name "linux-$(node -p process.arch)" -exec rm -r {} + \
 && find . -type f ! -iname '*licen*' \
      \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' -o -name '*.musl.node' \) -delete \
 && strip node-linux-*/bin/node

# The loader and the libraries of Node and bcrypt, busybox for scripts and `docker exec`, and what Debian knows of these
# packages, for scanners.
RUN set -eu; \
    programs="$(find /modules -name node -type f -perm -u+x) $(find /modules -name '*.node')"; \
    ldd $programs > /tmp/needed; \
    if grep 'not found' /tmp/needed; then exit 1; fi; \
    packages='busybox-static gcc-12-base libatomic1 libc6 libgcc-s1 libstdc++6'; \
    mkdir -p /system/bin /system/etc /system/tmp /system/var/lib/dpkg /system/var/lib/registry; \
    grep -o '/[^ ]*\.so[^ ]*' /tmp/needed | sort -u | xargs -I{} cp --dereference --parents {} /system; \
    cp --dereference "$(command -v busybox)" /system/bin/busybox; \
    busybox --list | grep -vx busybox | xargs -I{} ln -s busybox /system/bin/{}; \
    cp --dereference /etc/os-release /system/etc/os-release; \
    dpkg-query --status $packages > /system/var/lib/dpkg/status; \
    for package in $packages; do cp --dereference --parents /usr/share/doc/$package/copyright /system; done; \
    printf 'root:x:0:0:root:/:/bin/sh\nlading:x:1000:1000:Lading:/:/bin/sh\n' > /system/etc/passwd; \
    printf 'root:x:0:\nlading:x:1000:\n' > /system/etc/group; \
    printf 'hosts: files dns\n' > /system/etc/nsswitch.conf

# registry:2 and registry:3 have their configuration in folders of different names: here it is one folder, so that
# whichever name a file is mounted at, both show it.
COPY . /program/usr/local/lib/lading/
RUN cd /program \
 && mkdir -p bin etc/docker/registry \
 && mv usr/local/lib/lading/scripts/image/config.yml etc/docker/registry/config.yml \
 && ln -s docker/registry etc/distribution \
 && ln -s /usr/local/lib/lading/bin/lading /usr/local/lib/lading/scripts/image/registry bin \
 && ln -s /usr/local/lib/lading/scripts/image/entrypoint entrypoint.sh \
 && chmod -R u=rwX,go=rX .

FROM scratch
LABEL org.opencontainers.image.title="Lading" \
      org.opencontainers.image.description="A container registry in one program, in place of registry:2" \
      org.opencontainers.image.licenses="Apache-2.0"
# What every command reads that is given no file. And where SQLite sorts what memory should not hold: the volume is the
# one place that is always writable.
ENV REGISTRY_CONFIGURATION_PATH=/etc/docker/registry/config.yml \
    SQLITE_TMPDIR=/var/lib/registry
WORKDIR /
EXPOSE 5000
# A volume of registry:2 is read in before the first answer: a large one takes minutes.
HEALTHCHECK --interval=30s --timeout=10s --start-period=10m --retries=3 \
  CMD ["/usr/local/lib/lading/node_modules/.bin/node", "--disable-warning=ExperimentalWarning", "/usr/local/lib/lading/scripts/image/check-health.ts"]
ENTRYPOINT ["/entrypoint.sh"]
CMD ["/etc/docker/registry/config.yml"]
# What changes least first: a new version of Lading is a pull of the last layers.
COPY --from=build /system/ /
COPY --from=build /modules/ /
COPY --from=build /program/ /
# The program's first run ends the build where a library is missing.
RUN chown 1000:1000 /var/lib/registry && chmod 1777 /tmp && lading --version
USER 1000:1000
VOLUME ["/var/lib/registry"]
