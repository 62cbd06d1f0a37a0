# The image of arpad: built from source, with nothing in it but the server and what it links.
#
#   docker build -t arpad .
#   docker run -p 53:53/udp -p 53:53/tcp \
#       -v ./zones:/etc/arpad/zones:ro -v arpad-state:/var/lib/arpad arpad
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /src
COPY tools/lib/ tools/lib/
RUN source tools/lib/common.sh \
    && source tools/lib/packages.sh \
    && ensure_packages "${packages_build[@]}"
COPY . .
ARG JOBS=2
RUN cmake --preset release -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr \
    && cmake --build --preset release -j "${JOBS}" \
    && DESTDIR=/install cmake --install build/release --strip

FROM ${BASE}
COPY --from=build /install/ /
COPY config/docker/arpad.yaml /etc/arpad/arpad.yaml
COPY zones/ /etc/arpad/zones/
COPY tools/healthcheck /usr/libexec/arpad/healthcheck
# The capability lets a user without privileges listen on port 53. Where all capabilities are
# dropped, NET_BIND_SERVICE has to be given back, or the program is not allowed to start.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libcap-ng0 libcap2-bin libcsv3 libfmt9 libidn2-0 libldns3 libseccomp2 libsodium23 libspdlog1.10 libsqlite3-0 libssl3 libsystemd0 \
        libyaml-cpp0.7 \
    && setcap cap_net_bind_service=+ep /usr/sbin/arpad \
    && apt-get purge -y libcap2-bin \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 953 --user-group --no-create-home --home-dir /var/lib/arpad \
        --shell /usr/sbin/nologin arpad \
    && install -d -o arpad -g arpad -m 0750 /var/lib/arpad

USER arpad
WORKDIR /var/lib/arpad
VOLUME /var/lib/arpad
EXPOSE 53/udp 53/tcp
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["/usr/libexec/arpad/healthcheck"]
ENTRYPOINT ["/usr/sbin/arpad", "-c", "/etc/arpad/arpad.yaml"]
